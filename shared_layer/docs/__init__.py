"""The API's own documentation: the OpenAPI document and a page that shows it, both served without any other host."""
