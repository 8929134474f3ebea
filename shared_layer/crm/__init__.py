"""Contacts, their timeline, tasks and deals: one person, one record.

What other domains may use: `people` (who is behind an address or a number, which addresses a contact has), `policy`
(who may become a contact by mail or message), `identity` (addresses and numbers in their one spelling), and on a
caller's behalf `todo` (tasks), `note` and `segments`.
"""
