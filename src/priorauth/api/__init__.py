"""The gateway over HTTP. Endpoints parse, call one use case and shape its answer."""
