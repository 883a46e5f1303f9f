//! Field masks: the fields of a message that count.

use super::Validator;
use super::field_path::FieldPath;
use prost_types::FieldMask;

/// The paths that a mask may have, and the reasons against others.
pub(super) struct Paths<T: 'static> {
    /// The allowed paths and the fields that they stand for.
    pub(super) known: &'static [(&'static str, T)],
    /// Paths that a caller might expect, each with the reason against it.
    pub(super) refused: &'static [(&'static str, &'static str)],
}

impl Validator {
    /// The fields that a mask names, each once; `None` if there is no mask.
    pub(super) fn mask<T: Copy + PartialEq>(
        &mut self,
        at: FieldPath<'_>,
        mask: Option<&FieldMask>,
        paths: &Paths<T>,
    ) -> Option<Vec<T>> {
        let mask = mask?;
        if mask.paths.is_empty() {
            self.fault(at, "must name at least one field, or be left out");
        }
        let at = at.field("paths");
        let mut fields = Vec::new();
        // A path may occur only once, so a mask has at most as many paths as there are fields.
        if !self.within(at, mask.paths.len(), paths.known.len()) {
            return Some(fields);
        }
        for (index, path) in mask.paths.iter().enumerate() {
            let mut known = paths.known.iter();
            match known.find(|(name, _)| name == path) {
                Some((_, field)) if fields.contains(field) => {
                    self.fault(at.item(index), "is there twice");
                }
                Some((_, field)) => fields.push(*field),
                None => self.no_such_path(at.item(index), path, paths),
            }
        }
        Some(fields)
    }

    fn no_such_path<T>(&mut self, at: FieldPath<'_>, path: &str, paths: &Paths<T>) {
        let known: Vec<&str> = paths.known.iter().map(|(name, _)| *name).collect();
        let known = known.join(", ");
        let mut refused = paths.refused.iter();
        match refused.find(|(name, _)| *name == path) {
            Some((_, why)) => self.fault(at, why),
            None => self.fault(at, format_args!("must be one of {known}")),
        }
    }
}
