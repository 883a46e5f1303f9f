//! Playbooks as text, and what reading them says.

use super::{Faults, Playbook};

const AIRLINE: &str = include_str!("tests/airline.yaml");

#[test]
fn a_playbook_reads() -> Result<(), Faults> {
    let (playbook, _) = Playbook::read(AIRLINE)?;
    assert_eq!(playbook.reasons.len(), 3);
    assert_eq!(playbook.rules.len(), 6);
    Ok(())
}
