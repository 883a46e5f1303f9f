//! Compiles the kinds of handles.

use super::Compiler;
use super::names::NameKind;
use crate::handle::{
    BrandRegions, HANDLE_KINDS_MAX, HandleCompare, HandleKind, HandleKinds, Region,
};
use crate::playbook::fault::At;
use crate::playbook::format::HandleFile;
use crate::playbook::tree::echo;

impl Compiler<'_> {
    pub(super) fn handles(&mut self) -> Option<(HandleKinds, BrandRegions)> {
        let file = self.file;
        let top = At::top("handles");
        self.limit(
            top,
            file.handles.0.len(),
            HANDLE_KINDS_MAX,
            "kinds of handles",
        );
        let mut kinds = Vec::with_capacity(file.handles.0.len());
        let mut brands = Vec::new();
        for (id, written) in &file.handles.0 {
            let at = top.key(&id.0);
            self.regions_of_phones(at, written);
            let kind = self.slug(at, &id.0);
            let region = match &written.region {
                None => Some(None),
                Some(code) => self.region(at.key("region"), code).map(Some),
            };
            let at_brands = at.key("brand_regions");
            for (brand, code) in &written.brand_regions.0 {
                let at = at_brands.key(&brand.0);
                self.find(at, &brand.0, NameKind::Brand);
                let brand = self.slug(at, &brand.0);
                let region = self.region(at, code);
                brands.push(match (&kind, brand, region) {
                    (Some(kind), Some(brand), Some(region)) => Some((kind.clone(), brand, region)),
                    _ => None,
                });
            }
            kinds.push(kind.zip(region).map(|(kind, region)| HandleKind {
                kind,
                compare: written.compare,
                region: region.filter(|_| written.compare == HandleCompare::Phone),
            }));
        }
        let kinds: Option<Vec<_>> = kinds.into_iter().collect();
        let brands: Option<Vec<_>> = brands.into_iter().collect();
        kinds.map(HandleKinds::new).zip(brands.map(BrandRegions))
    }

    /// Only phone numbers have a region.
    fn regions_of_phones(&mut self, at: At<'_>, written: &HandleFile) {
        let keys = [
            ("region", written.region.is_some()),
            ("brand_regions", !written.brand_regions.0.is_empty()),
        ];
        let is_phone = written.compare == HandleCompare::Phone;
        for (key, _) in keys.into_iter().filter(|(_, is_set)| *is_set && !is_phone) {
            self.faults.add(at.key(key), || {
                (
                    format!("a kind that does not compare as phone numbers has {key}"),
                    "must be left out, or compare must be phone".to_owned(),
                )
            });
        }
    }

    fn region(&mut self, at: At<'_>, code: &str) -> Option<Region> {
        let region = Region::new(code);
        if region.is_none() {
            self.faults.add(at, || {
                let near = code.to_ascii_uppercase();
                let fix = match Region::new(&near) {
                    Some(region) => format!("did you mean {region}?"),
                    None => "must be the two capital letters of a region with phone numbers, such as BR (ISO 3166)".to_owned(),
                };
                (format!("there is no region {}", echo(code)), fix)
            });
        }
        region
    }
}
