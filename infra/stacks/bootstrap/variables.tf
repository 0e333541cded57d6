variable "project" {
  description = "What all names begin with, in this stack and in the others."
  type        = string
  default     = "assay"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.project))
    error_message = "2 to 10 lower-case letters and digits, that begin with a letter."
  }
}

variable "region" {
  description = "The region of the state and of the images."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region, as eu-central-1."
  }
}

variable "image_regions" {
  description = "Other regions that get every image, for the stack global."
  type        = list(string)
  default     = []
}

variable "repository" {
  description = "The repository on GitHub whose workflows deploy: owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "As owner/name, without wildcards."
  }
}

variable "environments" {
  description = "The environments on GitHub from which may be deployed. Who may deploy to one is said there."
  type        = set(string)
  default     = ["dev", "staging", "prod"]

  validation {
    condition     = alltrue([for environment in var.environments : can(regex("^[a-z0-9-]+$", environment))])
    error_message = "Names in lower case, without wildcards."
  }

  validation {
    # Rights go by what names begin with; roles of deployments and the state have such names, too.
    condition = length(setintersection(var.environments, ["deploy", "state", "shared"])) == 0 && alltrue(flatten([
      for one in var.environments : [for other in var.environments : one == other || !startswith(other, one)]
    ]))
    error_message = "No name begins with another one, and none is deploy, shared or state."
  }
}

variable "images_kept" {
  description = "How many images that are no releases are kept."
  type        = number
  default     = 50
}

variable "activate_cost_tags" {
  description = "Whether the tags CostCenter, Project and Environment are switched on for the bill. AWS knows them about a day after a stack first used them, and refuses before; in an organisation only the account that pays can."
  type        = bool
  default     = false
}
