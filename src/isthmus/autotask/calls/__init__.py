"""
Calls, over either wire: addressed, rationed, sent, tried again, and their answers judged.

`caller` ties it together; `call` is what is asked, `wire` how, `zone` where, `slots` and `budget`
when, `answers` what a refusal means, `pages` what a success holds.
"""
