"""What teams and units do: planned, held, logged; their methods, and the calendar."""

from django.urls import path

from programmes.views import (
    activities,
    activity_calendar,
    activity_clashes,
    activity_doors,
    activity_logs,
    activity_minutes,
    activity_photos,
    attendance,
    calendar_feeds,
    calendars,
    method_records,
    method_use,
    participants,
    unit_activities,
)

AN_ACTIVITY = "activities/<uuid:pk>/"
ACTIVITIES = [
    path("activities/", activities.ActivityList.as_view(), name="activity_list"),
    path(
        "activities/calendar/",
        activity_calendar.ActivityCalendar.as_view(),
        name="activity_calendar",
    ),
    path("activities/agenda/", activity_calendar.ActivityAgenda.as_view(), name="activity_agenda"),
    path(
        f"{AN_ACTIVITY}clashes/",
        activity_clashes.ActivityClashes.as_view(),
        name="activity_clashes",
    ),
    path(
        "projects/<uuid:pk>/activities/clashes/",
        activity_clashes.ActivityClashesTyped.as_view(),
        name="activity_clashes_typed",
    ),
    path(
        "projects/<uuid:pk>/activities/new/", activities.ActivityNew.as_view(), name="activity_new"
    ),
    path(
        "projects/<uuid:pk>/activities/log/", activity_logs.ProjectLog.as_view(), name="project_log"
    ),
    path(f"{AN_ACTIVITY}log/", activity_logs.ActivityLog.as_view(), name="activity_log"),
    path(
        f"{AN_ACTIVITY}log/back/",
        activity_logs.ActivityLogBack.as_view(),
        name="activity_log_back",
    ),
    path(
        f"{AN_ACTIVITY}log/attendance/",
        attendance.ActivityLogAttendance.as_view(),
        name="activity_log_attendance",
    ),
    path(
        "projects/<uuid:pk>/activities/log/attendance/",
        attendance.ProjectLogAttendance.as_view(),
        name="project_log_attendance",
    ),
    path(f"{AN_ACTIVITY}door/", activity_doors.ActivityDoor.as_view(), name="activity_door"),
    path(
        f"{AN_ACTIVITY}door/closing/",
        activity_doors.ActivityDoorClosing.as_view(),
        name="activity_door_closing",
    ),
    path("doors/<str:code>/", activity_doors.ActivitySignIn.as_view(), name="activity_sign_in"),
    path(f"{AN_ACTIVITY}photos/", activity_photos.ActivityPhotos.as_view(), name="activity_photos"),
    path(
        f"{AN_ACTIVITY}photos/<uuid:photo>/",
        activity_photos.ActivityPhotoFile.as_view(),
        name="activity_photo_file",
    ),
    path(
        f"{AN_ACTIVITY}photos/<uuid:photo>/caption/",
        activity_photos.ActivityPhotoCaption.as_view(),
        name="activity_photo_caption",
    ),
    path(
        f"{AN_ACTIVITY}photos/<uuid:photo>/removal/",
        activity_photos.ActivityPhotoRemoval.as_view(),
        name="activity_photo_removal",
    ),
    path("steps/<uuid:pk>/done/", activity_logs.NextStepDone.as_view(), name="next_step_done"),
    path(AN_ACTIVITY, activities.ActivityDetail.as_view(), name="activity_detail"),
    path(
        "programmes/<uuid:pk>/activities/new/",
        unit_activities.UnitActivityNew.as_view(),
        name="unit_activity_new",
    ),
    path(
        f"{AN_ACTIVITY}participants/",
        unit_activities.ActivityParticipants.as_view(),
        name="activity_participants",
    ),
    path(
        f"{AN_ACTIVITY}contents/",
        unit_activities.ActivityContents.as_view(),
        name="activity_contents",
    ),
    path(
        f"{AN_ACTIVITY}invitations/",
        unit_activities.ActivityInvitations.as_view(),
        name="activity_invitations",
    ),
    path(
        "participants/<uuid:pk>/removal/",
        participants.ParticipantRemoval.as_view(),
        name="participant_removal",
    ),
    path(
        "participants/<uuid:pk>/selection/",
        participants.ParticipantSelection.as_view(),
        name="participant_selection",
    ),
    path(
        "participants/<uuid:pk>/report/",
        participants.ParticipantReport.as_view(),
        name="participant_report",
    ),
    path("programmes/<uuid:pk>/visits/", participants.VisitNaming.as_view(), name="visit_naming"),
    path(f"{AN_ACTIVITY}edit/", activities.ActivityEdit.as_view(), name="activity_edit"),
    path(
        f"{AN_ACTIVITY}taking-up/",
        activities.ActivityTakingUp.as_view(),
        name="activity_taking_up",
    ),
    path(
        f"{AN_ACTIVITY}dropping/", activities.ActivityDropping.as_view(), name="activity_dropping"
    ),
    path(
        "projects/<uuid:pk>/activities/",
        activities.ProjectActivities.as_view(),
        name="project_activities",
    ),
]
A_RECORD = "method-records/<uuid:pk>/"
METHODS = [
    path(
        f"{AN_ACTIVITY}method-records/new/",
        method_records.MethodRecordNew.as_view(),
        name="method_record_new",
    ),
    path(A_RECORD, method_records.MethodRecordDetail.as_view(), name="method_record_detail"),
    path(f"{A_RECORD}edit/", method_records.MethodRecordEdit.as_view(), name="method_record_edit"),
    path(
        f"{A_RECORD}removal/",
        method_records.MethodRecordRemoval.as_view(),
        name="method_record_removal",
    ),
    path(
        f"{AN_ACTIVITY}minutes/pdf/",
        activity_minutes.ActivityMinutes.as_view(),
        {"kind": "pdf"},
        name="activity_minutes_pdf",
    ),
    path(
        f"{AN_ACTIVITY}minutes/docx/",
        activity_minutes.ActivityMinutes.as_view(),
        {"kind": "docx"},
        name="activity_minutes_docx",
    ),
    path(
        "programmes/<uuid:pk>/methods/",
        method_use.MethodUseList.as_view(),
        name="method_use_list",
    ),
]

CALENDAR = [
    path("calendar/", calendars.CalendarList.as_view(), name="calendar_list"),
    path("calendar/notice/", calendars.CalendarNotice.as_view(), name="calendar_notice"),
    path("calendar/days/new/", calendars.CalendarDayNew.as_view(), name="calendar_day_new"),
    path(
        "calendar/days/<uuid:pk>/removal/",
        calendars.CalendarDayRemoval.as_view(),
        name="calendar_day_removal",
    ),
    path(
        "calendar/publication/",
        calendars.CalendarPublication.as_view(),
        name="calendar_publication",
    ),
    path("calendar/feeds/", calendar_feeds.CalendarFeedList.as_view(), name="calendar_feed_list"),
    path("calendar/feeds/new/", calendar_feeds.CalendarFeedNew.as_view(), name="calendar_feed_new"),
    path(
        "calendar/feeds/<uuid:pk>/revocation/",
        calendar_feeds.CalendarFeedRevocation.as_view(),
        name="calendar_feed_revocation",
    ),
    path(
        "calendar/<slug:token>.ics",
        calendar_feeds.CalendarFeedFile.as_view(),
        name="calendar_feed_file",
    ),
]
