"""What routes are built on: typed endpoints, error answers, multipart, the OpenAPI document."""
