"""Use cases: functions of (object, actor, ...). No request, no HTML; callers commit through `transaction()`."""
