"""The API kit: problems, keys, throttles, OpenAPI and a way round Django's page middlewares."""
