"""What an amendment or an expiry bears on: rules, figures, questions and cases, and what ends soon."""
