//! The models that ship inside the binary, by name.
//!
//! They are files of `models/`, byte for byte; nothing here reads them but for their titles.

use toml::de::{DeTable, DeValue};

/// A model that ships with outlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// What it is called on the command line: its file's name without `.toml`.
    pub name: &'static str,
    /// The file's text.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($name:literal)*) => {
        /// The models that ship with outlay, in the order in which to read them.
        pub static SHIPPED: &[Shipped] =
            &[$(Shipped { name: $name, text: include_str!(concat!("../models/", $name, ".toml")) },)*];
    };
}

shipped! {
    "article-arithmetic"
    "a800-10k"
    "a800-10k-correlated"
    "consultant-10bn"
    "gpu-cloud"
    "gpu-cloud-correlated"
    "consumer-chatbot"
    "consumer-chatbot-correlated"
    "industry-small-model"
    "bank-antifraud"
    "rental-h200"
    "rental-h200-correlated"
    "deepseek-style"
    "rent-or-buy"
    "rent-or-buy-correlated"
}

/// The shipped model of this name.
pub fn find(name: &str) -> Option<&'static Shipped> {
    SHIPPED.iter().find(|shipped| shipped.name == name)
}

impl Shipped {
    /// `[model] title`; the name where the file has none.
    pub fn title(&self) -> String {
        self.declared_title().unwrap_or_else(|| self.name.to_owned())
    }

    fn declared_title(&self) -> Option<String> {
        let document = DeTable::parse(self.text).ok()?;
        let DeValue::Table(model) = document.get_ref().get("model")?.get_ref() else { return None };
        let DeValue::String(title) = model.get("title")?.get_ref() else { return None };
        Some(title.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_model_has_a_title_of_one_line() {
        for shipped in SHIPPED {
            let title = shipped.declared_title().expect("a shipped model has a title");
            assert!(!title.trim().is_empty() && !title.contains('\n'), "{}", shipped.name);
        }
    }

    #[test]
    fn names_are_found_and_unique() {
        for shipped in SHIPPED {
            assert_eq!(find(shipped.name), Some(shipped));
        }
        assert_eq!(find("a800"), None);
    }
}
