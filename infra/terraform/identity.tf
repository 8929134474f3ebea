# A service account for each function, and what its code was found to need: infra/manifest/access derives it, and
# access.txt is what a person agreed to.

resource "google_service_account" "function" {
  for_each     = local.functions
  account_id   = each.value.account
  display_name = each.key
  description  = substr(each.value.summary, 0, 256)
}

# What waits for all accounts waits for this one: Terraform draws a line from each resource to each that it depends on,
# and between hundreds and hundreds those are what planning takes its time for.
resource "terraform_data" "accounts" {
  depends_on = [google_service_account.function]
}

locals {
  # A function touches a thing in one way; the roles are the narrowest that Google has for it.
  firestore_roles = { read = "roles/datastore.viewer", write = "roles/datastore.user" }
  bucket_roles = {
    read   = ["roles/storage.objectViewer"]
    append = ["roles/storage.objectViewer", "roles/storage.objectCreator"]
    write  = ["roles/storage.objectUser"]
  }
  bigquery_roles = { read = "roles/bigquery.dataViewer", write = "roles/bigquery.dataEditor" }

  bucket_grants = merge([
    for name, function in local.functions : merge([
      for bucket, how in function.buckets : {
        for role in local.bucket_roles[how] : "${name} ${bucket} ${role}" => { function = name, bucket = bucket, role = role }
      }
    ]...)
  ]...)
  topic_grants = merge([
    for name, function in local.functions : {
      for topic in function.topics : "${name} ${topic}" => { function = name, topic = topic }
    }
  ]...)
  dataset_grants = merge([
    for name, function in local.functions : {
      for dataset in local.datasets : "${name} ${dataset}" => { function = name, dataset = dataset, role = local.bigquery_roles[function.bigquery] }
    } if function.bigquery != "none"
  ]...)
  secret_grants = merge([
    for name, function in local.functions : {
      for secret in local.secrets_of[name] : "${name} ${secret}" => { function = name, secret = secret }
    }
  ]...)
  warehouse_users = { for name, function in local.functions : name => function if function.bigquery != "none" || function.tenant_datasets != "none" }
  dataset_makers  = { for name, function in local.functions : name => function if function.tenant_datasets == "own" }
  dataset_users   = { for name, function in local.functions : name => function if function.tenant_datasets != "none" }
  tenant_roles    = { read = "roles/bigquery.dataViewer", write = "roles/bigquery.dataEditor", own = "roles/bigquery.dataOwner" }
}

resource "google_project_iam_member" "firestore" {
  for_each = { for name, function in local.functions : name => function.firestore if function.firestore != "none" }
  project  = var.project
  role     = local.firestore_roles[each.value]
  member   = local.members[each.key]

  condition {
    title      = "default-database"
    expression = "resource.name == \"projects/${var.project}/databases/(default)\""
  }

  depends_on = [terraform_data.accounts]
}

resource "google_pubsub_topic_iam_member" "publisher" {
  for_each = local.topic_grants
  topic    = each.value.topic
  role     = "roles/pubsub.publisher"
  member   = local.members[each.value.function]

  depends_on = [terraform_data.accounts, google_pubsub_topic.topic]
}

resource "google_storage_bucket_iam_member" "function" {
  for_each = local.bucket_grants
  bucket   = "${each.value.bucket}${local.bucket_suffix}"
  role     = each.value.role
  member   = local.members[each.value.function]

  depends_on = [terraform_data.accounts, google_storage_bucket.bucket]
}

resource "google_bigquery_dataset_iam_member" "function" {
  for_each   = local.dataset_grants
  dataset_id = each.value.dataset
  role       = each.value.role
  member     = local.members[each.value.function]

  depends_on = [terraform_data.accounts, google_bigquery_dataset.dataset]
}

resource "google_project_iam_member" "query_jobs" {
  for_each = local.warehouse_users
  project  = var.project
  role     = "roles/bigquery.jobUser"
  member   = local.members[each.key]

  depends_on = [terraform_data.accounts]
}

# Tenants' own datasets are made and erased while the platform runs. Who makes one owns it; others read or write the
# tables in it, and no other dataset.
resource "google_project_iam_custom_role" "dataset_maker" {
  role_id     = "xynergyDatasetMaker"
  title       = "Makes tenants' datasets"
  permissions = ["bigquery.datasets.create"]
}

resource "google_project_iam_member" "dataset_maker" {
  for_each = local.dataset_makers
  project  = var.project
  role     = "projects/${var.project}/roles/xynergyDatasetMaker"
  member   = local.members[each.key]

  depends_on = [terraform_data.accounts, google_project_iam_custom_role.dataset_maker]
}

resource "google_project_iam_member" "tenant_datasets" {
  for_each = local.dataset_users
  project  = var.project
  role     = local.tenant_roles[each.value.tenant_datasets]
  member   = local.members[each.key]

  condition {
    title      = "tenants-datasets"
    expression = "resource.name.startsWith(\"projects/${var.project}/datasets/aso_tenant_\")"
  }

  depends_on = [terraform_data.accounts]
}

resource "google_secret_manager_secret_iam_member" "mounted" {
  for_each  = local.secret_grants
  secret_id = each.value.secret
  role      = "roles/secretmanager.secretAccessor"
  member    = local.members[each.value.function]

  depends_on = [terraform_data.accounts, google_secret_manager_secret.mounted]
}
