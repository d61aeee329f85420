class BackupRefused(RuntimeError):
    """In the operator's words: what is wrong and what was left as it was."""
