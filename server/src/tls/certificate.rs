//! What an X.509 certificate says of itself: whose it is, and when it is valid.

use super::EXPIRY_WARNED_DAYS;
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use signpost_domain::time::UnixMs;
use x509_cert::der::Decode;

const MS_PER_S: i64 = 1_000;
const S_PER_DAY: i64 = 24 * 60 * 60;

/// The time in which a certificate is valid. Times are in whole seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    subject: String,
    from: i64,
    until: i64,
}

impl Validity {
    /// Reads the certificate.
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Result<Validity, String> {
        let read = x509_cert::Certificate::from_der(certificate);
        let read =
            read.map_err(|error| format!("has a certificate that does not read: {error}"))?;
        let tbs = read.tbs_certificate;
        let seconds = |time: x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
        };
        Ok(Validity {
            subject: tbs.subject.to_string(),
            from: seconds(tbs.validity.not_before),
            until: seconds(tbs.validity.not_after),
        })
    }

    /// When the certificate expires, in seconds since 1970.
    pub(super) fn until(&self) -> i64 {
        self.until
    }

    /// For people: whose certificate it is and until when it is valid.
    pub(super) fn told(&self) -> String {
        format!(
            "the certificate of {} is valid until {}",
            self.subject,
            day(self.until)
        )
    }

    /// What is wrong with it at this time, or soon will be. `None` if nothing is.
    pub(super) fn warning(&self, now: UnixMs) -> Option<String> {
        let now = now.0.div_euclid(MS_PER_S);
        let subject = &self.subject;
        if now < self.from {
            let from = day(self.from);
            return Some(format!(
                "the certificate of {subject} is not valid before {from}: clients refuse it until then"
            ));
        }
        if now > self.until {
            let until = day(self.until);
            return Some(format!(
                "the certificate of {subject} has expired at {until}: clients refuse it; renew it"
            ));
        }
        let days = (self.until - now) / S_PER_DAY;
        (days < EXPIRY_WARNED_DAYS).then(|| {
            let until = day(self.until);
            format!("the certificate of {subject} expires in {days} days, at {until}: renew it")
        })
    }
}

fn day(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(at) => at.to_string(),
        Err(_) => "the end of time".to_owned(),
    }
}
