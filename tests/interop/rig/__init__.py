"""Real mail servers for tests: private instances on loopback, a sink behind them, a client before them.

    client -> Postfix or Sendmail -> (milter) -> Sink
"""
