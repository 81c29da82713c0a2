//! The team's own addresses: whose letters are answers.

use crate::address;
use std::collections::BTreeSet;

/// Addresses and domains of the team, in lower case.
#[derive(Clone, Debug, Default)]
pub struct Own {
    addresses: BTreeSet<String>,
    domains: BTreeSet<String>,
}

/// What is written is neither an address nor `@` and a domain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no address of the team: write help@example.com, \"Help <help@example.com>\", or @example.com for everybody there"
)]
pub struct NotOwn(String);

impl Own {
    /// # Errors
    /// When one of them is neither an address, with a name or without, nor `@domain`.
    pub fn new<T: AsRef<str>>(written: impl IntoIterator<Item = T>) -> Result<Self, NotOwn> {
        let mut own = Self::default();
        for text in written {
            own.add(text.as_ref())?;
        }
        Ok(own)
    }

    fn add(&mut self, written: &str) -> Result<(), NotOwn> {
        let text = written.trim();
        if let Some(domain) = text.strip_prefix('@') {
            let is_domain = !domain.is_empty() && domain.chars().all(|c| c.is_alphanumeric() || ".-".contains(c));
            return if is_domain {
                self.domains.insert(domain.to_lowercase());
                Ok(())
            } else {
                Err(NotOwn(written.to_owned()))
            };
        }
        match &address::list(text)[..] {
            [one] => {
                self.addresses.insert(one.key());
                Ok(())
            }
            _ => Err(NotOwn(written.to_owned())),
        }
    }

    /// Whether an address, in lower case, is the team's.
    #[must_use]
    pub fn has(&self, address: &str) -> bool {
        let domain = address.rsplit_once('@').map(|(_, domain)| domain);
        self.addresses.contains(address) || domain.is_some_and(|domain| self.domains.contains(domain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_name_and_a_domain_are_taken_and_the_rest_is_refused() {
        let own = Own::new(["Acme Help <Help@Acme.test>", "sales@acme.test", "@shop.test"]).unwrap();
        for address in ["help@acme.test", "sales@acme.test", "anybody@shop.test"] {
            assert!(own.has(address), "{address}");
        }
        assert!(!own.has("eve@acme.test") && !own.has("a@sub.shop.test") && !own.has("shop.test"));
        for refused in ["acme.test", "Acme Help", "", "@", "@a b", "a@x.test, b@x.test"] {
            assert!(Own::new([refused]).is_err(), "{refused}");
        }
    }
}
