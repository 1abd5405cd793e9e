"""The tools that a model may call: functions, and built-in tools that run here."""
