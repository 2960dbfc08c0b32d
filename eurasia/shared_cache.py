"""Redis as the cache of all workers. While it is lost the site is slower and no throttle counts;
tries at codes do, in the database.
"""

from typing import Any

from django_redis.cache import RedisCache as DjangoRedisCache


class RedisCache(DjangoRedisCache):
    def add(self, *args: Any, **kwargs: Any) -> Any:
        """Where Redis cannot be asked, nobody was there before: who counts by `add` would else
        take the silence for a refusal, and let nobody sign in.
        """
        answer = super().add(*args, **kwargs)
        return True if answer is None else answer
