"""CRM: contacts, their timeline, tasks and deals."""
