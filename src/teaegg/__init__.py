"""TeaEgg: private vertical models for every company.

Documents in; answers out, each sentence proved by a quote the asker may read. The rooms are floors
of one house (see ``docs/house.md``); everything is put together in ``teaegg.app``.
"""

__version__ = "0.1.0"
