"""What an AWS account says, what that permits and how it is changed; no terminal anywhere."""
