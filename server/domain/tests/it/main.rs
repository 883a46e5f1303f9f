//! The rules as they are seen from outside, in one binary: scenarios as text, tables, properties.

mod access;
mod checking;
mod cold;
mod conditions;
mod days;
mod decisions;
mod fixtures;
mod golden;
mod handles;
mod history;
mod limits;
mod loss;
mod old_ids;
mod profiles;
mod projection;
mod properties;
mod replaced;
mod samples;
mod scenarios;
mod script;
mod stage;
mod told;
mod values;
mod work;
mod world;
