// The pages that a person sees in a browser: whole, and of this server alone.
