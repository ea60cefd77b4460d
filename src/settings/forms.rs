//! What browsers post about settings.

use std::collections::HashMap;

use serde::Deserialize;

use crate::admins::Notices;
use crate::policy::{Change, Kind, Policy, SETTINGS, Setting, checked};
use crate::values::Refused;
use crate::web::form::FieldErrors;

/// What stands in the form of all settings.
pub struct Typed {
    /// Of the settings that the admin saw.
    pub version: i32,
    values: HashMap<&'static str, String>,
}

impl Typed {
    /// As the settings are saved.
    pub fn saved(policy: &Policy) -> Self {
        let values = SETTINGS.iter().map(|setting| (setting.key, policy.value(setting).to_owned()));
        Self { version: policy.version, values: values.collect() }
    }

    /// The posted fields. A setting that is not among them keeps its value. A box that is not ticked posts nothing,
    /// so that its absence means "off" where the form says that it is whole, and only there.
    ///
    /// # Errors
    /// A field stands there twice, or the version is no number.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, Refused> {
        let mut fields = HashMap::new();
        for (name, value) in pairs {
            if fields.insert(name.as_str(), value.as_str()).is_some() {
                return Err(Refused(format!("the field {name} stands there twice")));
            }
        }
        let version = fields.get("version").and_then(|version| version.parse().ok());
        let version = version.ok_or_else(|| Refused("the version is missing".into()))?;
        let is_whole = fields.get("whole") == Some(&"yes");
        let value = |setting: &Setting| match (fields.get(setting.key), setting.kind) {
            (Some(value), _) => Some((*value).to_owned()),
            (None, Kind::Switch) if is_whole => Some("off".to_owned()),
            (None, _) => None,
        };
        let values = SETTINGS.iter().filter_map(|setting| Some((setting.key, value(setting)?)));
        Ok(Self { version, values: values.collect() })
    }

    /// What is to be saved.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn changes(&self) -> Result<Vec<Change>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut changes = Vec::new();
        for (setting, typed) in SETTINGS.iter().filter_map(|setting| Some((setting, self.values.get(setting.key)?))) {
            if let Some(value) = errors.take(setting.key, checked(setting, typed)) {
                changes.push(Change {
                    key: setting.key.to_owned(),
                    label: setting.label.to_owned(),
                    default: setting.default.to_owned(),
                    value,
                });
            }
        }
        if errors.is_empty() { Ok(changes) } else { Err(errors) }
    }

    /// What was typed, or what is saved where the form did not have it.
    pub fn value<'a>(&'a self, setting: &'a Setting, policy: &'a Policy) -> &'a str {
        self.values.get(setting.key).map_or_else(|| policy.value(setting), String::as_str)
    }
}

#[derive(Deserialize)]
pub struct NoticesForm {
    pub new_requests: Notices,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Typed, Refused> {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Typed::read(&pairs)
    }

    #[test]
    fn only_the_whole_form_turns_a_switch_off_by_silence() {
        assert!(!read(&[("version", "1")]).unwrap().values.contains_key("registration"));
        assert_eq!(read(&[("version", "1"), ("whole", "yes")]).unwrap().values["registration"], "off");
        let both = read(&[("version", "1"), ("whole", "yes"), ("registration", "on")]).unwrap();
        assert_eq!(both.values["registration"], "on");
        assert!(!both.values.contains_key("portal_name"));
    }

    #[test]
    fn what_is_no_form_of_ours_is_refused() {
        for bad in [&[("portal_name", "x")][..], &[("version", "x")], &[("version", "1"), ("version", "1")]] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
        assert!(read(&[("version", "1"), ("welcome", "a"), ("welcome", "b")]).is_err());
    }
}
