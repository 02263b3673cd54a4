"""The measuring run: starts daemons and the fake name server, drives the load, prints the table."""
