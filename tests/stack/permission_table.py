"""The answer to each caller. Each way to call a route has a row, each kind of caller a column.

A row begins with the route's operation id; what follows the colon tells the ways apart. A transfer
with its tickets belongs to `owner`, and so does the channel that is not shared. So does the only
grant: for keys under `granted/` and for `partner`.
"""

from tests.stack.world import WHO

TABLE = """
                                  nobody garbage owner other operator auditor admin
login                                200     200   200   200      200     200   200
begin_sso:not-configured             404     404   404   404      404     404   404
finish_sso:not-configured            404     404   404   404      404     404   404
redeem_sso:not-configured            404     404   404   404      404     404   404
refresh                              200     200   200   200      200     200   200
logout                               401     401   204   204      204     204   204
read_me                              401     401   200   200      200     200   200
change_password                      401     401   204   204      204     204   204
change_password:wrong                401     401   403   403      403     403   403
list_my_sessions                     401     401   200   200      200     200   200
end_my_sessions                      401     401   204   204      204     204   204
issue_ticket                         401     401   201   201      201     201   201
make_handover                        401     401   201   201      201     201   201
redeem_handover:unknown              401     401   401   401      401     401   401

list_users                           401     401   403   403      403     403   200
create_user                          401     401   403   403      403     403   201
create_user:an-admin                 401     401   403   403      403     403   201
read_user                            401     401   403   403      403     403   200
read_user:themselves                 401     401   403   403      403     403   200
read_user:missing                    401     401   403   403      403     403   404
change_user                          401     401   403   403      403     403   200
change_user:to-admin-themselves      401     401   403   403      403     403   200
change_user:own-grants               401     401   403   403      403     403   200
change_user:missing                  401     401   403   403      403     403   404
remove_user                          401     401   403   403      403     403   204
remove_user:themselves               401     401   403   403      403     403   409
end_sessions                         401     401   403   403      403     403   204
end_sessions:missing                 401     401   403   403      403     403   404

read_api_page                        200     200   200   200      200     200   200
read_api_document                    200     200   200   200      200     200   200
read_health                          200     200   200   200      200     200   200

start_transfer                       401     401   202   403      403     403   403
start_transfer:key-not-granted       401     401   403   403      403     403   403
start_transfer:bucket-not-granted    401     401   403   403      403     403   403
start_transfer:prefix-not-granted    401     401   403   403      403     403   403
start_transfer:partner-not-granted   401     401   403   403      403     403   403
read_transfer                        401     401   200   404      200     200   200
read_transfer:missing                401     401   404   404      404     404   404
list_transfer_events                 401     401   200   404      200     200   200
list_transfer_events:missing         401     401   404   404      404     404   404
list_transfer_files                  401     401   200   404      200     200   200
list_transfer_files:missing          401     401   404   404      404     404   404
pause_transfer                       401     401   202   404      202     403   403
pause_transfer:missing               401     401   404   404      404     404   404
resume_transfer                      401     401   202   404      202     403   403
cancel_transfer                      401     401   202   404      202     403   403
retry_transfer                       401     401   202   404      202     403   403

list_history                         401     401   200   200      200     200   200
list_history:of-themselves           401     401   200   200      200     200   200
list_history:of-the-owner            401     401   200   403      200     200   200
list_history:of-everybody            401     401   403   403      200     200   200
list_transfers                       401     401   200   200      200     200   200
list_transfers:of-everybody          401     401   403   403      200     200   200
list_buckets                         401     401   200   200      200     200   200
list_files                           401     401   200   403      403     403   403
list_files:prefix-not-granted        401     401   403   403      403     403   403
list_files:bucket-not-granted        401     401   403   403      403     403   403

register_destination                 401     401   403   403      403     403   201
list_destinations                    401     401   200   200      200     200   200
read_destination                     401     401   200   404      200     200   200
read_destination:not-granted         401     401   404   404      200     200   200
read_destination:missing             401     401   404   404      404     404   404
read_sessions                        401     401   200   404      200     200   200
read_sessions:not-granted            401     401   404   404      200     200   200
read_sessions:missing                401     401   404   404      404     404   404
change_destination                   401     401   403   403      403     403   200
change_destination:missing           401     401   403   403      403     403   404
remove_destination                   401     401   403   403      403     403   204
test_destination                     401     401   200   404      200     403   200
test_destination:not-granted         401     401   404   404      200     403   200
test_destination:missing             401     401   404   404      404     403   404

request_ticket                       401     401   202   202      202     202   202
request_ticket:of-the-owners         401     401   202   404      202     202   202
request_ticket:missing               401     401   404   404      404     404   404
read_ticket                          401     401   200   404      200     200   200
read_ticket:missing                  401     401   404   404      404     404   404
list_transfer_tickets                401     401   200   404      200     200   200
list_transfer_tickets:missing        401     401   404   404      404     404   404
read_ticketing_health                401     401   403   403      200     200   200

list_channels                        401     401   200   200      200     200   200
create_channel                       401     401   201   201      201     201   201
create_channel:of-everybody          401     401   403   403      201     201   201
create_channel:shared                401     401   403   403      201     403   201
read_channel                         401     401   200   404      200     200   200
read_channel:shared                  401     401   200   200      200     200   200
read_channel:missing                 401     401   404   404      404     404   404
change_channel                       401     401   200   404      403     403   403
change_channel:shared                401     401   403   403      200     403   200
remove_channel                       401     401   204   404      204     403   204
remove_channel:shared                401     401   403   403      204     403   204
test_channel                         401     401   200   404      403     403   403
test_channel:shared                  401     401   403   403      200     403   200
list_transfer_notifications          401     401   200   404      200     200   200
list_transfer_notifications:missing  401     401   404   404      404     404   404

read_statistics                      401     401   200   200      200     200   200
read_statistics:of-themselves        401     401   200   200      200     200   200
read_statistics:of-the-owner         401     401   200   403      200     200   200
read_statistics:of-everybody         401     401   403   403      200     200   200

read_agent_health                    401     401   200   200      200     200   200
open_conversation                    401     401   201   201      201     201   201
list_conversations                   401     401   200   200      200     200   200
read_conversation                    401     401   200   404      404     200   200
read_conversation:missing            401     401   404   404      404     404   404
send_message:missing                 401     401   404   404      404     404   404
stop_answer                          401     401   202   404      404     404   404
stop_answer:missing                  401     401   404   404      404     404   404
list_proposals                       401     401   200   200      200     200   200
read_proposal:missing                401     401   404   404      404     404   404
confirm_proposal:missing             401     401   404   404      404     404   404
reject_proposal:missing              401     401   404   404      404     404   404
take_teams_activity:off              404     404   404   404      404     404   404
make_teams_code:off                  401     401   404   404      404     404   404
list_teams_links:off                 401     401   404   404      404     404   404
remove_teams_links:off               401     401   404   404      404     404   404
"""


def rows() -> dict[str, dict[str, int]]:
    """The status for each caller, by row."""
    head, *lines = [line.split() for line in TABLE.splitlines() if line]
    assert tuple(head) == WHO
    table = {}
    for name, *statuses in lines:
        assert name not in table, f"{name} has two rows"
        table[name] = dict(zip(WHO, map(int, statuses), strict=True))
    return table
