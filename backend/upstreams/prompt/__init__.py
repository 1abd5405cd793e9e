"""What a model is told, whichever API it is told by: instructions, history, attachments."""
