"""`make mails`: every mail as it looks on a desktop and on a phone, light and dark.

Into var/screenshots/mails/, with the text part beside it; both languages.
"""

import os
import shutil
import sys

from playwright.sync_api import sync_playwright

from tests.browser.screenshots import CHROMIUM, FOLDER

LOOKS = [(600, "light"), (390, "dark")]
if os.environ.get("ALL") == "1":
    LOOKS += [(600, "dark"), (390, "light")]


def main() -> None:
    os.environ |= {"DEMO": "1", "DJANGO_SETTINGS_MODULE": "eurasia.settings"}
    import django  # the environment first

    django.setup()
    from django.core import mail as outbox  # after the set-up, as what follows
    from django.test.utils import setup_test_environment

    from eurasia import mail
    from tests.mails import NAMES, context_of

    setup_test_environment()  # keeps mails instead of sending them
    outbox.outbox = []
    folder = FOLDER / "mails"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM
        )
        page = browser.new_page()
        for name in NAMES:
            for language in ["en", "fr"]:
                mail.send(
                    name, to="reader@example.org", language=language, context=context_of(name)
                )
                sent = outbox.outbox.pop()
                file = f"{name.replace('/email/', '-')}-{language}"
                (folder / f"{file}.txt").write_text(f"{sent.subject}\n\n{sent.body}")
                page.set_content(sent.alternatives[0].content)
                for width, scheme in LOOKS:
                    page.set_viewport_size({"width": width, "height": 400})
                    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two
                    picture = folder / f"{file}-{width}-{scheme}.png"
                    page.screenshot(path=picture, full_page=True)
        browser.close()
    sys.stdout.write(f"{len(NAMES)} mails in {folder}/\n")


if __name__ == "__main__":
    main()
