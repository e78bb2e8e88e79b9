"""The one exception an analyst ever sees."""


class AssessmentError(Exception):
    """Something an analyst can put right: what is wrong, where, and what to do.

    `message` says what is wrong and where (file, sheet, row, cell); `hint` says what to do.
    The command line prints both and no traceback. `status` is the exit code: 2 for a command
    that cannot be understood, 1 for everything else.
    """

    def __init__(self, message: str, hint: str = "", status: int = 1):
        super().__init__(message, hint, status)
        self.message = message
        self.hint = hint
        self.status = status

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()
