"""CREATE, DROP, ALTER and TRUNCATE: changes of the catalog, told in SQL."""
