"""Single sign-on: a person known to the company's OpenID Connect provider becomes an actor.

`attempt` ties a reply to the browser that asked, `provider` speaks to the provider (Authlib, extra
`oidc`), `identity` reads claims, `service` decides which account they stand for.
"""
