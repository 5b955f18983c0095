"""
Writes over REST: records and files, at the right route, sent once and looked at again.

`writer` creates, updates and deletes; `attachments` does so with files, within `file_limits`;
`routes` knows what is written where, `look` reads back.
"""
