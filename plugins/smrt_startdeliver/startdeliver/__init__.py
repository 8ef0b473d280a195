"""Startdeliver's REST API: `wire` says how things are said to it, `client` carries it, `api` has the verbs we use."""
