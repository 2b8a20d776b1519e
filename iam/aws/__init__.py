"""Read IAM and STS through boto3: credentials, connections, paged calls, whole accounts."""
