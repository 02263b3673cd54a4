"""What the tests of whole programs share: the daemon on a port of its own, a mail server's side of the milter protocol, a signer."""
