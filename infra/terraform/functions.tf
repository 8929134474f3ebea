# One Cloud Run function for each file in functions/ and triggers/.

locals {
  functions = var.manifest.functions

  # Known before the functions exist, so that the gateway's specification can name them.
  addresses = {
    for name, _ in local.functions : name => "https://${name}-${data.google_project.this.number}.${var.region}.run.app"
  }

  # Likewise: who each function is. (Names that are known need not be looked up in what Terraform made: with hundreds of
  # functions that takes minutes.)
  accounts = { for name, function in local.functions : name => "${function.account}@${var.project}.iam.gserviceaccount.com" }
  members  = { for name, account in local.accounts : name => "serviceAccount:${account}" }

  gateway_account = "api-gateway@${var.project}.iam.gserviceaccount.com"

  images       = "${var.region}-docker.pkg.dev/${var.project}/functions"
  base_image   = "${var.region}-docker.pkg.dev/serverless-runtimes/google-22-full/runtimes/python311"
  source_names = { for name, archive in var.archives : name => "${name}/${archive.digest}.zip" }

  environment = {
    GOOGLE_CLOUD_PROJECT     = var.project
    XYNERGY_REGION           = var.region
    XYNERGY_BUCKET_SUFFIX    = local.bucket_suffix
    XYNERGY_API_KEYS_FILE    = "/secrets/xynergy-api-keys/value"
    XYNERGY_CORS_ORIGINS     = join(",", var.cors_origins)
    XYNERGY_FUNCTIONS_URL    = "https://{slug}-${data.google_project.this.number}.${var.region}.run.app"
    XYNERGY_GATEWAY_IDENTITY = local.gateway_account
    # Only a host name of one's own is known before the gateway, which is made after the functions.
    XYNERGY_GATEWAY_URL = var.gateway_host == "" ? "" : "https://${var.gateway_host}"
    REDIS_URL           = "redis://${google_redis_instance.cache.host}:${google_redis_instance.cache.port}/0"
  }
}

resource "google_cloud_run_v2_service" "function" {
  for_each            = local.functions
  name                = each.key
  description         = each.value.summary
  location            = var.region
  deletion_protection = false
  ingress             = "INGRESS_TRAFFIC_ALL"
  custom_audiences    = [local.addresses[each.key]]
  labels = {
    service = each.value.service
    kind    = each.value.kind
    source  = substr(var.archives[each.key].digest, 0, 40)
    commit  = substr(var.commit, 0, 40)
  }

  build_config {
    source_location          = "gs://${google_storage_bucket.sources.name}/${local.source_names[each.key]}"
    function_target          = each.value.command == "" ? each.value.entry_point : null
    image_uri                = "${local.images}/${each.key}"
    base_image               = local.base_image
    enable_automatic_updates = true
    service_account          = google_service_account.build.id
    environment_variables = merge(
      # Makes the buildpack compile hash-based .pyc files, which its own rewriting of times leaves valid.
      { SOURCE_DATE_EPOCH = "315532800" },
      # What answers WebSockets is no function of Google's framework, but a service with a command of its own.
      each.value.command == "" ? {} : { GOOGLE_ENTRYPOINT = each.value.command },
    )
  }

  template {
    service_account                  = local.accounts[each.key]
    timeout                          = "${each.value.timeout}s"
    max_instance_request_concurrency = each.value.concurrency
    labels                           = { source = substr(var.archives[each.key].digest, 0, 40) }

    scaling {
      min_instance_count = each.value.kind == "http" ? max(var.min_instances, each.value.min_instances) : each.value.min_instances
      max_instance_count = each.value.max_instances
    }

    containers {
      image          = "${local.images}/${each.key}"
      base_image_uri = local.base_image

      resources {
        limits            = { cpu = tostring(each.value.cpu), memory = "${each.value.memory}Mi" }
        cpu_idle          = true
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = merge(local.environment, each.value.environment, { INTERNAL_AI_URL = var.internal_ai_url })
        content {
          name  = env.key
          value = env.value
        }
      }

      # Each secret is a folder, since Cloud Run mounts one secret in a place; a rotated one is read without a deploy.
      dynamic "volume_mounts" {
        for_each = local.secrets_of[each.key]
        content {
          name       = volume_mounts.value
          mount_path = "/secrets/${volume_mounts.value}"
        }
      }

      startup_probe {
        period_seconds    = 2
        failure_threshold = 30
        tcp_socket { port = 8080 }
      }
    }

    dynamic "volumes" {
      for_each = local.secrets_of[each.key]
      content {
        name = volumes.value
        secret {
          secret = volumes.value
          items {
            version = "latest"
            path    = "value"
          }
        }
      }
    }

    dynamic "vpc_access" {
      for_each = each.value.redis ? [1] : []
      content {
        egress = "PRIVATE_RANGES_ONLY"
        network_interfaces {
          network    = google_compute_network.private.id
          subnetwork = google_compute_subnetwork.functions.id
        }
      }
    }
  }

  # The first revision gets all traffic. Later ones get theirs in steps, from ./deploy.sh, which pins it.
  traffic {
    type    = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    percent = 100
  }

  lifecycle {
    ignore_changes = [traffic, client, client_version]
  }

  depends_on = [
    google_project_service.used,
    google_artifact_registry_repository.functions,
    terraform_data.accounts,
    terraform_data.sources,
    google_project_iam_member.build,
    google_storage_bucket_iam_member.build,
    terraform_data.readable,
  ]
}

# API operations are called by the gateway, handlers by their own account; streams, which the gateway cannot pass on, by
# anyone: their front door asks for a key as everywhere.
resource "google_cloud_run_v2_service_iam_member" "caller" {
  for_each = local.callers
  name     = each.key
  location = var.region
  role     = "roles/run.invoker"
  member   = each.value

  depends_on = [terraform_data.deployed, google_service_account.gateway]
}

locals {
  callers = {
    for name, function in local.functions : name => (
      function.called_by_anyone ? "allUsers" :
      function.kind == "http" ? "serviceAccount:${local.gateway_account}" :
      local.members[name]
    )
  }
}

# As with accounts (identity.tf): one to wait for instead of hundreds.
resource "terraform_data" "sources" {
  depends_on = [google_storage_bucket_object.source]
}

resource "terraform_data" "readable" {
  depends_on = [google_secret_manager_secret_iam_member.mounted]
}

resource "terraform_data" "deployed" {
  depends_on = [google_cloud_run_v2_service.function]
}

resource "terraform_data" "callable" {
  depends_on = [google_cloud_run_v2_service_iam_member.caller]
}
