%% The Erlang peer of the runtime bench: two processes, each on a scheduler of its own. Reads
%% "tell Messages" and "ask Asks AtOnce" from standard input, a line each, and answers in JSON.
-module(messages).
-export([main/0]).

-define(STRETCH, 1024).
-define(STRETCHES_ON_THE_WAY, 8).

main() ->
    io:format("ready ~s~n", [erlang:system_info(otp_release)]),
    loop().

loop() ->
    case io:get_line("") of
        eof -> halt(0);
        Line ->
            [What | Numbers] = string:lexemes(string:trim(Line), " "),
            run(What, [list_to_integer(Number) || Number <- Numbers]),
            loop()
    end.

run("tell", [Messages]) ->
    Counter = on_scheduler(2, fun() -> count(0) end),
    Nanoseconds = on_scheduler_and_back(1, fun() -> tell_all(Counter, Messages) end),
    exit(Counter, kill),
    io:format("{\"seconds\":~.9f}~n", [Nanoseconds / 1.0e9]);
run("ask", [Asks, AtOnce]) ->
    Echo = on_scheduler(2, fun echo/0),
    {Nanoseconds, Taken} = on_scheduler_and_back(1, fun() -> ask_all(Echo, Asks, AtOnce) end),
    exit(Echo, kill),
    Sorted = list_to_tuple(lists:sort(Taken)),
    io:format(
        "{\"seconds\":~.9f,\"latency\":{\"count\":~b,\"p50Ms\":~.6f,\"p99Ms\":~.6f,"
        "\"p999Ms\":~.6f,\"maxMs\":~.6f}}~n",
        [Nanoseconds / 1.0e9, Asks | [ms_at(Sorted, Part) || Part <- [0.5, 0.99, 0.999, 1.0]]]
    ).

%% Tells: the same credit as everywhere, eight stretches of 1,024 on the way.

tell_all(Counter, Messages) ->
    Counter ! {start, self()},
    Began = erlang:monotonic_time(nanosecond),
    tell(Counter, Messages, 0, 0),
    erlang:monotonic_time(nanosecond) - Began.

tell(_Counter, Messages, _Sent, Messages) ->
    ok;
tell(Counter, Messages, Sent, Confirmed) ->
    Allowed = min(Messages, Confirmed + ?STRETCH * ?STRETCHES_ON_THE_WAY),
    send_ticks(Counter, Sent, Allowed),
    receive
        stretch_taken -> tell(Counter, Messages, Allowed, Confirmed + ?STRETCH)
    end.

send_ticks(_Counter, End, End) ->
    ok;
send_ticks(Counter, Seq, End) ->
    Counter ! #{
        kind => 'Tick',
        symbol => <<"IBM">>,
        priceInCents => 18000 + (Seq rem 500),
        lastTradedAtMs => 1700000000000 + Seq,
        seq => Seq,
        merged => 0,
        stale => false
    },
    send_ticks(Counter, Seq + 1, End).

count(Next) ->
    receive
        {start, Teller} -> count(Teller, Next)
    end.

%% A tick that is missing or out of order is a crash.
count(Teller, Next) ->
    receive
        #{kind := 'Tick', seq := Next} ->
            (Next + 1) rem ?STRETCH =:= 0 andalso (Teller ! stretch_taken),
            count(Teller, Next + 1);
        #{kind := 'Tick', seq := Other} ->
            io:format("~b came where ~b was due~n", [Other, Next]),
            halt(1)
    end.

%% Asks: so many at a time, each timed from the ask to its answer.

echo() ->
    receive
        #{kind := 'Ask', seq := Seq, replyTo := {Asker, Correlation}} ->
            Asker ! {Correlation, #{seq => Seq, turn => 0}}
    end,
    echo().

ask_all(Echo, Asks, AtOnce) ->
    Began = erlang:monotonic_time(nanosecond),
    First = min(Asks, AtOnce),
    Open = lists:foldl(fun(Seq, Open) -> ask(Echo, Seq, Open) end, #{}, lists:seq(1, First)),
    Taken = answers(Echo, Asks, First, Open, []),
    {erlang:monotonic_time(nanosecond) - Began, Taken}.

ask(Echo, Seq, Open) ->
    Correlation = make_ref(),
    Sent = erlang:monotonic_time(nanosecond),
    Echo ! #{kind => 'Ask', seq => Seq, replyTo => {self(), Correlation}},
    Open#{Correlation => Sent}.

answers(_Echo, _Asks, _Asked, Open, Taken) when map_size(Open) =:= 0 ->
    Taken;
answers(Echo, Asks, Asked, Open, Taken) ->
    receive
        {Correlation, #{seq := _}} ->
            {Sent, Rest} = maps:take(Correlation, Open),
            Now = [erlang:monotonic_time(nanosecond) - Sent | Taken],
            case Asked < Asks of
                true -> answers(Echo, Asks, Asked + 1, ask(Echo, Asked + 1, Rest), Now);
                false -> answers(Echo, Asks, Asked, Rest, Now)
            end
    end.

on_scheduler(Scheduler, Run) ->
    spawn_opt(Run, [{scheduler, Scheduler}]).

on_scheduler_and_back(Scheduler, Run) ->
    Self = self(),
    spawn_opt(fun() -> Self ! {result, Run()} end, [{scheduler, Scheduler}]),
    receive
        {result, Result} -> Result
    end.

ms_at(Sorted, Part) ->
    Index = max(1, ceil(Part * tuple_size(Sorted))),
    element(Index, Sorted) / 1.0e6.
