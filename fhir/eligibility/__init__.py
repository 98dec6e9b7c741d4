"""CoverageEligibilityRequest/$submit: does the product pay for these drugs? The same judgement as the coverage question."""
