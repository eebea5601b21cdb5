//! How a diagnostic looks: annotate-snippets for people, JSON lines for programs.
