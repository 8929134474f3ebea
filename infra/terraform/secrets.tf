# The secrets' containers. Their contents are never Terraform's: ./deploy.sh makes what it can make itself, and says which
# `gcloud secrets versions add` is missing.

locals {
  secrets_of = {
    for name, function in local.functions : name => distinct(concat(
      function.secrets, [for secret in function.provider_keys : secret if contains(var.ai_keys, secret)]
    ))
  }
}

resource "google_secret_manager_secret" "mounted" {
  for_each  = toset(flatten(values(local.secrets_of)))
  secret_id = each.key

  replication {
    auto {
      dynamic "customer_managed_encryption" {
        for_each = var.kms_key == "" ? [] : [var.kms_key]
        content { kms_key_name = customer_managed_encryption.value }
      }
    }
  }

  depends_on = [google_project_service.used]
}
