"""What no reader waits for is written, whatever becomes of something else."""

from eurasia.behind import Behind


def test_work_that_fails_keeps_no_other_from_being_done(caplog):
    behind, done = Behind(), []

    def fail():
        raise ValueError

    behind.works = [fail, lambda: done.append(1)]
    for _time in range(2):
        behind.write()

    assert done == [1, 1]
    assert [record.exc_info[0] for record in caplog.records] == [ValueError] * 2
