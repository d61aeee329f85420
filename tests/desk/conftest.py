from tests.reporting.conftest import clock, programme

__all__ = ["clock", "programme"]
