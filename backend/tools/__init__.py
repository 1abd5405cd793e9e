"""What a model may call: functions, and the built-in tools that run here."""
