"""Google's Terraform provider without Google: its schema over Terraform's own protocol, keeping whatever fits it.

The schema (provider 6.50) was distilled from npm `@cdktf/provider-google-beta@16.12.1` by `distill.py`. Started with
`tool("terraform-provider") / "python"` it serves both `hashicorp/google` and `hashicorp/google-beta`, and prints what
TF_REATTACH_PROVIDERS must hold. It knows arguments, blocks, types and what is required; not which values an argument
takes, nor what fits together.
"""
