"""What a clinic does with a return-to-run programme; ``assessments.protocol.programme`` has the rules."""
