"""The FHIR R4 face of the service, below /fhir/R4/: the same lists, products and judgement in the words of HL7 FHIR (spec proof.md 5)."""
