"""The rules of a storm, which add actors, trouble and damage to the crowd."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.transfer.domain.proof import Verify
from tests.storm.crowd import Crowd
from tests.storm.faults import FAULTS, NO_ANSWER, damage
from tests.storm.profile import blows, one_of
from tests.storm.world import BODY


class Storm(Crowd):
    # --- others come -----------------------------------------------------------------------------

    @blows("sweep")
    @rule()
    def sweep(self) -> None:
        self.world.begin_sweep(self.judge_sweep)

    def judge_sweep(self, transfer_id: str, error: Exception) -> None:
        self.world.stage.told.append(f"not swept: {type(error).__name__} {error}"[:200])

    @blows("publish")
    @rule()
    def publish(self) -> None:
        self.world.begin_publishing()

    @blows("steer")
    @rule(wish=one_of("wishes"))
    def steer(self, wish: str) -> None:
        self.world.begin_steering(wish)

    @blows("anew")
    @precondition(lambda self: not self.world.has_ended)
    @rule(fault=one_of("faults"), call=one_of("stops"))
    def fail_and_begin_anew(self, fault: str, call: str) -> None:
        """The transfer fails, is retried, and comes to a `call`. Resting actors do not see it."""
        planned = self.world.calls.refuse(*FAULTS[fault])
        self.world.go_on(60)
        planned.end()
        self.world.begin_steering("retry").finish()
        self.world.go_on(30, call)

    @blows("aim")
    @rule(lanes=st.integers(1, 3), seconds=st.sampled_from([0.1, 7.0, 130.0]))
    def aim(self, lanes: int, seconds: float) -> None:
        """Another number of lanes is decided, and their beats find out who has to go."""
        self.world.aim(lanes)
        self.world.pass_time(seconds)

    @blows("lane_again")
    @precondition(lambda self: self.world.delivered)
    @rule(message=st.integers(0, 9))
    def lane_again(self, message: int) -> None:
        delivered = self.world.delivered
        self.world.begin_lane(delivered[-1 - message % len(delivered)])

    @blows("start_again")
    @rule(run=st.integers(1, 2))
    def start_again(self, run: int) -> None:
        self.world.starts.append(run)

    @blows("time_out")
    @precondition(lambda self: self.world.flow.awaiting())
    @rule()
    def time_out(self) -> None:
        self.world.stage.told.append(f"TIMEOUT of {self.world.flow.awaiting()[0].state}")
        self.world.flow.time_out(self.world.flow.awaiting()[0])

    @blows("step_again")
    @precondition(lambda self: self.world.flow.awaiting())
    @rule()
    def step_again(self) -> None:
        execution = self.world.flow.awaiting()[0]
        if execution.attempt is not None:
            self.world.flow.deliver(execution, execution.attempt)

    @blows("vanish")
    @precondition(lambda self: self.world.flow.running())
    @rule()
    def vanish(self) -> None:
        self.world.stage.told.append("the execution VANISHES")
        self.world.flow.vanish(self.world.flow.running()[0])

    # --- time and trouble ------------------------------------------------------------------------

    @blows("time")
    @rule(seconds=st.sampled_from([0.1, 1.5, 31.0, 61.0, 95.0, 301.0]))
    def pass_time(self, seconds: float) -> None:
        self.world.stage.told.append(f"{seconds:g} seconds pass")
        self.world.pass_time(seconds)

    @blows("fail")
    @rule(fault=one_of("faults"), after=st.integers(0, 12), for_long=st.booleans())
    def fail(self, fault: str, after: int, for_long: bool) -> None:
        call, error = FAULTS[fault]
        if for_long:
            self.world.calls.refuse(call, error, after)
        else:
            self.world.calls.fail(call, error, after)

    @blows("fail")
    @rule()
    def recover(self) -> None:
        self.world.calls.forget()

    @blows("lose_answer")
    @rule(answer=st.sampled_from(sorted(NO_ANSWER)), after=st.integers(0, 3))
    def lose_answer(self, answer: str, after: int) -> None:
        call, error = NO_ANSWER[answer]
        self.world.calls.lose_answer(call, error, after)

    @blows("damage")
    @precondition(lambda self: self.world.parts())
    @rule(kind=st.sampled_from(["delete", "truncate", "flip"]))
    def damage(self, kind: str) -> None:
        damage(self.world, kind)

    @blows("damage")
    @rule(at=st.integers(0, len(BODY) - 1), times=st.integers(1, 2))
    def flip_source(self, at: int, times: int) -> None:
        """S3 hands out other bytes than the object has. Every transfer that compares anything
        notices."""
        self.world.stage.told.append(f"DAMAGE: byte {at} of the next {times} reads")
        self.world.damaged |= self.world.about.verify is Verify.SIZE
        self.world.buckets.flip_next_read(at, times=times)
