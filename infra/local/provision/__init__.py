"""What Terraform does in the cloud, done on this machine: everything that the functions' declarations ask for.

    manifest → plan (frozen values) → pubsub · eventarc · scheduler · storage · warehouse, through Google's own clients

Running it again changes nothing; what is no longer declared is removed. `python -m infra.local.provision` ends when all
is in place, so that the clients it imports cost no memory afterwards.
"""
