"""What Terraform is told: everything that must exist for the functions, as one document.

    declarations → functions   each with its size, its secrets and (grants) what its service account may do
                 → messaging   topics, push subscriptions, Eventarc triggers, Scheduler jobs
                 → stores      the warehouse's tables, buckets, documents that expire
                 → gateway     the specification that API Gateway executes

`python -m infra.manifest terraform` prints it; `infra/terraform` walks over it and keeps no list of its own.
"""

from infra.manifest.terraform.document import terraform_document

__all__ = ["terraform_document"]
