output "gateway" {
  description = "Where the API answers."
  value       = "https://${var.gateway_host == "" ? google_api_gateway_gateway.gateway.default_hostname : var.gateway_host}"
}

output "functions" {
  description = "Each function's own URL and the digest of what it runs."
  value       = { for name, address in local.addresses : name => { address = address, digest = var.archives[name].digest } }
}

output "secrets" {
  description = "The secrets that must have a version before a function that mounts them can start."
  value       = sort(keys(google_secret_manager_secret.mounted))
}

output "pubsub_agent" {
  description = "The member that is Pub/Sub itself: it moves what cannot be delivered."
  value       = local.pubsub_agent
}
