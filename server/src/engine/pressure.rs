//! Sheds calls when more come than can be decided, the cheapest first.
//!
//! What counts is how long calls wait until the deciding thread takes them, as in CoDel (Nichols and Jacobson,
//! "Controlling Queue Delay", ACM Queue 10(5), 2012), and not how many wait: a burst that is gone within
//! [`INTERVAL`] is no overload, however large, and a queue whose shortest wait of an interval was long is one, however
//! short. Under overload the number of calls that are let in follows from that wait (by Little's law: half the calls,
//! half the wait), so that those that are taken are answered in time. What each class may use of it orders them, as
//! in DAGOR (Zhou et al., "Overload Control for Scaling WeChat Microservices", SoCC 2018). Calls that waited much too
//! long all the same are shed as they are taken, as in "Fail at Scale" (Maurer, ACM Queue 13(8), 2015).
//!
//! A call is shed as it comes in, before anything of its body is read: that costs next to nothing.

use super::call::{CallClass, CallTimes};
use super::{DecideRetry, EngineError};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Where the answer to a task goes.
type Reply<T> = oneshot::Sender<Result<T, DecideRetry>>;

/// How long the wait must be long before that is an overload: longer than a commit takes.
const INTERVAL: Duration = Duration::from_millis(25);
/// After so many intervals without a sign of it an overload is over.
const CALM_INTERVALS: u32 = 4;
/// How long an overload is believed in without a look at the wait: if nothing is decided, there is none to look at.
const BELIEVED: Duration = Duration::from_millis(250);
/// If calls wait and none was taken for so long, that is an overload.
const STUCK: Duration = Duration::from_millis(500);
/// So many calls at the same time are let in whatever the wait. Callers who each wait for their answer are no overload,
/// only slow; and groups of so many are worth their commit.
const WINDOW_MIN: usize = 256;
/// The number of calls at the same time that is no overload.
const WINDOW_MAX: usize = 1 << 20;
const _: () = assert!(WINDOW_MIN < super::QUEUE_TASKS_MAX);
/// How many times the window the calls of [`CallClass::Live`] may use.
const LIVE_TIMES: usize = 4;
/// The wait, in times of what calls may wait, after which a call is shed as it is taken, if there are too many.
const TOO_LONG_TIMES: u32 = 8;
/// The least and the most that the window changes in one interval.
const WINDOW_RATIO: (f64, f64) = (0.25, 1.25);
/// The weight of a new commit in their mean time: one in so many.
const COMMIT_WEIGHT: u64 = 8;

/// How much there is to do, for those who let calls in.
#[derive(Debug)]
pub(crate) struct Pressure {
    began: Instant,
    /// Calls that were let in and are not answered: of [`CallClass::Route`] and [`CallClass::Live`].
    in_flight: AtomicUsize,
    /// The most that there were at once in the last interval.
    crowd: AtomicUsize,
    /// How many may be.
    window: AtomicUsize,
    /// Until when there is an overload, in nanoseconds since `began`.
    overloaded_until: AtomicU64,
    /// When calls were last looked at as they were taken.
    looked_at: AtomicU64,
    /// The mean time of a commit, in nanoseconds.
    commit_nanos: AtomicU64,
}

/// A call that is let in and not answered.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Pressure>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pressure {
    pub(super) fn new() -> Arc<Pressure> {
        Arc::new(Pressure {
            began: Instant::now(),
            in_flight: AtomicUsize::new(0),
            crowd: AtomicUsize::new(0),
            window: AtomicUsize::new(WINDOW_MAX),
            overloaded_until: AtomicU64::new(0),
            looked_at: AtomicU64::new(0),
            commit_nanos: AtomicU64::new(0),
        })
    }

    /// Whether a call of this class may come in at `now`, while `queued` tasks wait.
    pub(super) fn lets_in(
        &self,
        class: CallClass,
        now: Instant,
        queued: impl Fn() -> usize,
    ) -> bool {
        let now = self.nanos(now);
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        let is_stuck = || {
            let silent = now.saturating_sub(self.looked_at.load(Ordering::Relaxed));
            silent > STUCK.as_nanos() as u64 && queued() > WINDOW_MIN
        };
        if now < self.overloaded_until.load(Ordering::Relaxed) {
            let window = self.window.load(Ordering::Relaxed);
            match class {
                CallClass::Report => false,
                CallClass::Watch => self.crowd.load(Ordering::Relaxed) < window / 2,
                CallClass::Route => in_flight < window,
                CallClass::Live => in_flight < window.saturating_mul(LIVE_TIMES),
            }
        } else {
            in_flight <= WINDOW_MIN || !is_stuck() || class == CallClass::Live
        }
    }

    /// Counts a call as in flight until this is dropped; `None` for a class that the deciding thread has nothing to do
    /// with.
    pub(super) fn enter(self: &Arc<Self>, class: CallClass) -> Option<InFlight> {
        matches!(class, CallClass::Route | CallClass::Live).then(|| {
            self.in_flight.fetch_add(1, Ordering::Relaxed);
            InFlight(self.clone())
        })
    }

    /// Notes how long a commit took. Only the thread that commits calls this.
    pub(super) fn committed(&self, took: Duration) {
        let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX / COMMIT_WEIGHT);
        let mean = self.commit_nanos.load(Ordering::Relaxed);
        let mean = mean - mean / COMMIT_WEIGHT + took / COMMIT_WEIGHT;
        self.commit_nanos.store(mean, Ordering::Relaxed);
    }

    fn nanos(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.began).as_nanos();
        u64::try_from(since).unwrap_or(u64::MAX)
    }
}

/// Looks at how long calls waited, on the deciding thread.
#[derive(Debug)]
pub(super) struct QueueWatch {
    pressure: Arc<Pressure>,
    /// How long calls may wait.
    may_wait: Duration,
    /// The shortest wait since `interval_began`.
    shortest: Duration,
    /// The most calls in flight since then.
    crowd: usize,
    interval_began: Instant,
    is_overload: bool,
    /// Intervals without a sign of an overload, one after another.
    calm: u32,
}

impl QueueWatch {
    pub(super) fn new(pressure: Arc<Pressure>, may_wait: Duration) -> QueueWatch {
        QueueWatch {
            pressure,
            may_wait,
            shortest: Duration::MAX,
            crowd: 0,
            interval_began: Instant::now(),
            is_overload: false,
            calm: 0,
        }
    }

    /// Notes that a task of this call is taken. Gives `reply` back if it is to be decided. If the caller no longer
    /// waits, or if it waited too long, it is told so instead.
    pub(super) fn admit<T>(&mut self, call: &CallTimes, reply: Reply<T>) -> Option<Reply<T>> {
        let now = Instant::now();
        let is_in_time = self.take(call, now);
        let why = match () {
            // Whoever dropped the other end cannot be told.
            () if reply.is_closed() || call.is_late(now) => EngineError::Late,
            () if !is_in_time => EngineError::Overloaded(call.class),
            () => return Some(reply),
        };
        drop(reply.send(Err(DecideRetry::Failed(why))));
        None
    }

    /// Notes that a task of this call is taken at `now`. Returns whether it is to be decided; if not, it waited too
    /// long.
    fn take(&mut self, call: &CallTimes, now: Instant) -> bool {
        let waited = now.saturating_duration_since(call.arrived);
        self.shortest = self.shortest.min(waited);
        let in_flight = self.pressure.in_flight.load(Ordering::Relaxed);
        self.crowd = self.crowd.max(in_flight);
        if now.saturating_duration_since(self.interval_began) >= INTERVAL {
            self.look(now);
        }
        let is_too_late = self.is_overload
            && call.class < CallClass::Live
            && waited > self.target() * TOO_LONG_TIMES
            && in_flight > self.pressure.window.load(Ordering::Relaxed);
        !is_too_late
    }

    /// How long calls may wait. Calls that come while a group is written wait for its end in any case, and that is no
    /// overload.
    fn target(&self) -> Duration {
        let commit = self.pressure.commit_nanos.load(Ordering::Relaxed);
        self.may_wait.max(Duration::from_nanos(commit) * 2)
    }

    /// Judges the interval that ends at `now`.
    fn look(&mut self, now: Instant) {
        let shortest = std::mem::replace(&mut self.shortest, Duration::MAX);
        self.interval_began = now;
        let pressure = &self.pressure;
        let at = pressure.nanos(now);
        let target = self.target();
        let crowd = std::mem::take(&mut self.crowd);
        let window = match self.is_overload {
            true => pressure.window.load(Ordering::Relaxed),
            false => crowd,
        };
        let begins = shortest > target && crowd > WINDOW_MIN;
        // While waits are short ever more are let in: so when far fewer come than may, it is over.
        let goes_on = self.is_overload && crowd >= window / 2;
        self.calm = match begins || goes_on {
            true => 0,
            false => self.calm.saturating_add(1),
        };
        self.is_overload = begins || (self.is_overload && self.calm < CALM_INTERVALS);
        let (window, until) = match self.is_overload {
            true => {
                let ratio = target.as_secs_f64() / shortest.as_secs_f64().max(f64::EPSILON);
                let (least, most) = WINDOW_RATIO;
                let window = (window as f64 * ratio.clamp(least, most)) as usize;
                let until = at.saturating_add(BELIEVED.as_nanos() as u64);
                (window.clamp(WINDOW_MIN, WINDOW_MAX), until)
            }
            false => (WINDOW_MAX, 0),
        };
        pressure.crowd.store(crowd, Ordering::Relaxed);
        pressure.window.store(window, Ordering::Relaxed);
        pressure.overloaded_until.store(until, Ordering::Relaxed);
        pressure.looked_at.store(at, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that decides so many calls a second, and calls that come at so many a second, for a time. Time is
    /// counted, not measured. Gives for each class how many were taken and shed, and the longest wait after the first
    /// half second.
    struct Simulated {
        taken: [u64; 4],
        shed: [u64; 4],
        longest: Duration,
    }

    fn simulate(
        decides: u32,
        comes: &[(CallClass, u32)],
        time: Duration,
        pressure: &Arc<Pressure>,
        from: Instant,
    ) -> Simulated {
        const STEP: Duration = Duration::from_micros(100);
        let mut watch = QueueWatch::new(pressure.clone(), Duration::from_millis(10));
        let mut queue = std::collections::VecDeque::new();
        let mut come = vec![0.0; comes.len()];
        let mut can_decide = 0.0;
        let mut came_to = Simulated {
            taken: [0; 4],
            shed: [0; 4],
            longest: Duration::ZERO,
        };
        let mut now = from;
        while now < from + time {
            now += STEP;
            for ((class, rate), come) in comes.iter().zip(&mut come) {
                *come += f64::from(*rate) * STEP.as_secs_f64();
                while *come >= 1.0 {
                    *come -= 1.0;
                    if !pressure.lets_in(*class, now, || 0) {
                        came_to.shed[*class as usize] += 1;
                        continue;
                    }
                    match pressure.enter(*class) {
                        Some(entered) => queue.push_back((*class, now, entered)),
                        None => came_to.taken[*class as usize] += 1,
                    }
                }
            }
            can_decide = (can_decide + f64::from(decides) * STEP.as_secs_f64()).min(10.0);
            while can_decide >= 1.0 {
                let Some((class, arrived, entered)) = queue.pop_front() else {
                    break;
                };
                let call = CallTimes {
                    class,
                    arrived,
                    deadline: None,
                };
                match watch.take(&call, now) {
                    true => {
                        can_decide -= 1.0;
                        came_to.taken[class as usize] += 1;
                        if now - from > Duration::from_millis(500) {
                            came_to.longest = came_to.longest.max(now - arrived);
                        }
                    }
                    false => came_to.shed[class as usize] += 1,
                }
                drop(entered);
            }
        }
        came_to
    }

    use CallClass::{Live, Report, Route, Watch};

    #[test]
    fn what_can_be_done_is_done_and_nothing_is_shed() {
        let (pressure, start) = (Pressure::new(), Instant::now());
        let comes = [(Route, 8_000), (Live, 1_000), (Report, 100), (Watch, 10)];
        let all = simulate(10_000, &comes, Duration::from_secs(5), &pressure, start);
        assert_eq!(all.shed, [0; 4]);
        assert!(all.longest < Duration::from_millis(2), "{:?}", all.longest);
    }

    #[test]
    fn under_overload_the_cheapest_are_shed_and_the_others_are_taken_in_time() {
        let (pressure, start) = (Pressure::new(), Instant::now());
        let comes = [(Route, 50_000), (Live, 3_000), (Report, 500), (Watch, 100)];
        let seconds = Duration::from_secs(5);
        let Simulated {
            taken,
            shed,
            longest,
        } = simulate(10_000, &comes, seconds, &pressure, start);
        let decided = taken[Route as usize] + taken[Live as usize];
        assert!(decided > 45_000, "{taken:?}");
        assert!(longest < Duration::from_millis(60), "{longest:?}");
        let share = |class: CallClass| {
            let (taken, shed) = (taken[class as usize] as f64, shed[class as usize] as f64);
            shed / (taken + shed)
        };
        assert!(share(Report) > 0.95, "{}", share(Report));
        assert!(share(Watch) > 0.9, "{}", share(Watch));
        assert!((0.8..0.95).contains(&share(Route)), "{}", share(Route));
        assert!(share(Live) < 0.02, "{}", share(Live));

        // Afterwards all are taken again.
        let later = start + seconds + Duration::from_millis(1);
        let comes = [(Route, 5_000), (Report, 100), (Watch, 10)];
        let after = simulate(10_000, &comes, seconds, &pressure, later);
        let begin = after.shed.iter().sum::<u64>();
        assert!(begin < 60, "{:?}", after.shed);
    }

    #[test]
    fn a_burst_is_no_overload_and_an_overload_ends_though_nothing_is_decided() {
        let (pressure, start) = (Pressure::new(), Instant::now());
        let mut watch = QueueWatch::new(pressure.clone(), Duration::from_millis(10));
        let call = |class, arrived| CallTimes {
            class,
            arrived,
            deadline: None,
        };
        let ms = |ms| start + Duration::from_millis(ms);
        // All came at once, and the last of them waits for long.
        for waited in 0..40 {
            assert!(watch.take(&call(Route, start), ms(waited)));
            assert!(pressure.lets_in(Report, ms(waited), || 0));
        }
        // Those who come later wait as long. Callers who each wait for their answer are no overload all the same.
        assert!(watch.take(&call(Route, ms(20)), ms(50)));
        assert!(pressure.lets_in(Report, ms(51), || 0));
        let entered: Vec<_> = (0..=WINDOW_MIN).map(|_| pressure.enter(Route)).collect();
        assert!(watch.take(&call(Route, ms(40)), ms(80)));
        assert!(watch.take(&call(Route, ms(60)), ms(100)));
        assert!(!pressure.lets_in(Report, ms(101), || 0));
        assert!(pressure.lets_in(Report, ms(100) + BELIEVED, || 0));
        drop(entered);
    }

    #[test]
    fn a_thread_that_takes_nothing_is_an_overload_for_all_but_the_live() {
        let (pressure, start) = (Pressure::new(), Instant::now());
        let entered: Vec<_> = (0..=WINDOW_MIN).map(|_| pressure.enter(Route)).collect();
        let later = start + STUCK * 2;
        assert!(pressure.lets_in(Route, later, || WINDOW_MIN));
        assert!(!pressure.lets_in(Route, later, || WINDOW_MIN + 1));
        assert!(pressure.lets_in(Live, later, || WINDOW_MIN + 1));
        drop(entered);
        assert!(pressure.lets_in(Route, later, || WINDOW_MIN + 1));
    }
}
