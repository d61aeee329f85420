from django.urls import path

from reporting.views.activity_items import ActivityItem
from reporting.views.briefings import BriefingDetail, BriefingFile, BriefingList, BriefingPages
from reporting.views.exchanges import (
    ExchangeDetail,
    ExchangeEdit,
    ExchangeList,
    ExchangeNew,
    ExchangeReplies,
    ExchangeReplyWithdrawal,
    ExchangeWithdrawal,
)
from reporting.views.issue_paper import IssueFile, IssuePages
from reporting.views.issue_steps import (
    IssueCheck,
    IssueCorrection,
    IssueDetail,
    IssueDiscard,
    IssueOffer,
    IssuePublication,
    IssueReturn,
    IssueSignature,
    IssueSignatureWithdrawal,
    IssueVoiding,
    IssueWithdrawal,
)
from reporting.views.issue_writing import (
    ArticleDraft,
    ArticleEdit,
    ArticlePosition,
    ArticleRemoval,
    IssueArticles,
    IssueCompile,
    IssueDraft,
    IssueEdit,
    IssueMerger,
)
from reporting.views.lists import ItemInbox, ItemList
from reporting.views.points import (
    PointBooking,
    PointList,
    PointReversal,
    PointRules,
    PointTotals,
)
from reporting.views.public import (
    PublicBriefingDetail,
    PublicBriefingFeed,
    PublicBriefingFile,
    PublicBriefingList,
)
from reporting.views.publicity import (
    PublicityConfirmation,
    PublicityDetail,
    PublicityFile,
    PublicityList,
    PublicityNew,
    PublicityWithdrawal,
)
from reporting.views.series import (
    IssueList,
    SeriesClosing,
    SeriesEdit,
    SeriesIssues,
    SeriesNew,
)
from reporting.views.steps import (
    ItemAdoption,
    ItemAdoptionWithdrawal,
    ItemDetail,
    ItemKeeping,
    ItemNonAdoption,
    ItemReturn,
    ItemSignature,
    ItemSignatureWithdrawal,
    ItemSubmission,
)
from reporting.views.webhooks import (
    WebhookDetail,
    WebhookList,
    WebhookMove,
    WebhookNew,
    WebhookPause,
    WebhookRemoval,
    WebhookResumption,
    WebhookSecret,
    WebhookTest,
)
from reporting.views.writing import (
    ItemAttachment,
    ItemAttachmentRemoval,
    ItemAttachments,
    ItemDraft,
    ItemEdit,
    ItemNew,
    NilReport,
)

app_name = "reporting"
ONE = "information/<uuid:pk>/"
PUBLIC = "public/briefings/"
TOLD = "publicity/<uuid:pk>/"
POSTED = "exchanges/<uuid:pk>/"
HOOK = "webhooks/<uuid:pk>/"
ISSUE = "briefings/issues/<uuid:pk>/"
ARTICLE = "briefings/articles/<uuid:pk>/"
urlpatterns = [
    path("activities/<uuid:pk>/item/", ActivityItem.as_view(), name="activity_item"),
    path("information/", ItemList.as_view(), name="item_list"),
    path("information/inbox/", ItemInbox.as_view(), name="item_inbox"),
    path("information/new/", ItemNew.as_view(), name="item_new"),
    path("information/nil/<uuid:pk>/", NilReport.as_view(), name="nil_report"),
    path(ONE, ItemDetail.as_view(), name="item_detail"),
    path(f"{ONE}edit/", ItemEdit.as_view(), name="item_edit"),
    path(f"{ONE}draft/", ItemDraft.as_view(), name="item_draft"),
    path(f"{ONE}attachments/", ItemAttachments.as_view(), name="item_attachments"),
    path(f"{ONE}attachments/<uuid:file>/", ItemAttachment.as_view(), name="item_attachment"),
    path(
        f"{ONE}attachments/<uuid:file>/removal/",
        ItemAttachmentRemoval.as_view(),
        name="item_attachment_removal",
    ),
    path(f"{ONE}signature/", ItemSignature.as_view(), name="item_signature"),
    path(
        f"{ONE}signature/withdrawal/",
        ItemSignatureWithdrawal.as_view(),
        name="item_signature_withdrawal",
    ),
    path(f"{ONE}submission/", ItemSubmission.as_view(), name="item_submission"),
    path(f"{ONE}return/", ItemReturn.as_view(), name="item_return"),
    path(f"{ONE}adoption/", ItemAdoption.as_view(), name="item_adoption"),
    path(
        f"{ONE}adoption/withdrawal/",
        ItemAdoptionWithdrawal.as_view(),
        name="item_adoption_withdrawal",
    ),
    path(f"{ONE}keeping/", ItemKeeping.as_view(), name="item_keeping"),
    path(f"{ONE}non-adoption/", ItemNonAdoption.as_view(), name="item_non_adoption"),
    path("briefings/office/", IssueList.as_view(), name="issue_list"),
    path("briefings/series/new/", SeriesNew.as_view(), name="series_new"),
    path("briefings/series/<uuid:pk>/", SeriesEdit.as_view(), name="series_edit"),
    path("briefings/series/<uuid:pk>/closing/", SeriesClosing.as_view(), name="series_closing"),
    path("briefings/series/<uuid:pk>/issues/", SeriesIssues.as_view(), name="series_issues"),
    path(ISSUE, IssueDetail.as_view(), name="issue_detail"),
    path(f"{ISSUE}compilation/", IssueCompile.as_view(), name="issue_compile"),
    path(f"{ISSUE}merger/", IssueMerger.as_view(), name="issue_merger"),
    path(f"{ISSUE}edit/", IssueEdit.as_view(), name="issue_edit"),
    path(f"{ISSUE}draft/", IssueDraft.as_view(), name="issue_draft"),
    path(f"{ISSUE}articles/", IssueArticles.as_view(), name="issue_articles"),
    path(f"{ISSUE}offer/", IssueOffer.as_view(), name="issue_offer"),
    path(f"{ISSUE}check/", IssueCheck.as_view(), name="issue_check"),
    path(f"{ISSUE}return/", IssueReturn.as_view(), name="issue_return"),
    path(f"{ISSUE}signature/", IssueSignature.as_view(), name="issue_signature"),
    path(
        f"{ISSUE}signature/withdrawal/",
        IssueSignatureWithdrawal.as_view(),
        name="issue_signature_withdrawal",
    ),
    path(f"{ISSUE}publication/", IssuePublication.as_view(), name="issue_publication"),
    path(f"{ISSUE}withdrawal/", IssueWithdrawal.as_view(), name="issue_withdrawal"),
    path(f"{ISSUE}correction/", IssueCorrection.as_view(), name="issue_correction"),
    path(f"{ISSUE}discard/", IssueDiscard.as_view(), name="issue_discard"),
    path(f"{ISSUE}voiding/", IssueVoiding.as_view(), name="issue_voiding"),
    path(f"{ISSUE}pages/", IssuePages.as_view(), name="issue_pages"),
    path(f"{ISSUE}pdf/", IssueFile.as_view(), {"kind": "pdf"}, name="issue_pdf"),
    path(f"{ISSUE}docx/", IssueFile.as_view(), {"kind": "docx"}, name="issue_docx"),
    path(ARTICLE, ArticleEdit.as_view(), name="article_edit"),
    path(f"{ARTICLE}draft/", ArticleDraft.as_view(), name="article_draft"),
    path(f"{ARTICLE}position/", ArticlePosition.as_view(), name="article_position"),
    path(f"{ARTICLE}removal/", ArticleRemoval.as_view(), name="article_removal"),
    path("points/", PointList.as_view(), name="point_list"),
    path("points/totals/", PointTotals.as_view(), name="point_totals"),
    path("points/entries/<uuid:pk>/reversal/", PointReversal.as_view(), name="point_reversal"),
    path("points/<uuid:pk>/rules/", PointRules.as_view(), name="point_rules"),
    path("points/<uuid:pk>/booking/", PointBooking.as_view(), name="point_booking"),
    path("publicity/", PublicityList.as_view(), name="publicity_list"),
    path("publicity/programmes/<uuid:pk>/new/", PublicityNew.as_view(), name="publicity_new"),
    path("exchanges/", ExchangeList.as_view(), name="exchange_list"),
    path("exchanges/programmes/<uuid:pk>/new/", ExchangeNew.as_view(), name="exchange_new"),
    path(POSTED, ExchangeDetail.as_view(), name="exchange_detail"),
    path(f"{POSTED}edit/", ExchangeEdit.as_view(), name="exchange_edit"),
    path(f"{POSTED}replies/", ExchangeReplies.as_view(), name="exchange_replies"),
    path(
        f"{POSTED}replies/<uuid:reply>/withdrawal/",
        ExchangeReplyWithdrawal.as_view(),
        name="exchange_reply_withdrawal",
    ),
    path(f"{POSTED}withdrawal/", ExchangeWithdrawal.as_view(), name="exchange_withdrawal"),
    path(TOLD, PublicityDetail.as_view(), name="publicity_detail"),
    path(f"{TOLD}scan/", PublicityFile.as_view(), name="publicity_file"),
    path(f"{TOLD}confirmation/", PublicityConfirmation.as_view(), name="publicity_confirmation"),
    path(f"{TOLD}withdrawal/", PublicityWithdrawal.as_view(), name="publicity_withdrawal"),
    path("briefings/", BriefingList.as_view(), name="briefing_list"),
    path("briefings/<uuid:root>/", BriefingDetail.as_view(), name="briefing_detail"),
    path("briefings/<uuid:root>/pages/", BriefingPages.as_view(), name="briefing_pages"),
    path(
        "briefings/<uuid:root>/pdf/", BriefingFile.as_view(), {"kind": "pdf"}, name="briefing_pdf"
    ),
    path(
        "briefings/<uuid:root>/docx/",
        BriefingFile.as_view(),
        {"kind": "docx"},
        name="briefing_docx",
    ),
    path(PUBLIC, PublicBriefingList.as_view(), name="public_briefing_list"),
    path(
        f"{PUBLIC}atom/",
        PublicBriefingFeed.as_view(),
        {"shape": "atom"},
        name="public_briefing_atom",
    ),
    path(
        f"{PUBLIC}json-feed/",
        PublicBriefingFeed.as_view(),
        {"shape": "json"},
        name="public_briefing_json",
    ),
    path(f"{PUBLIC}<uuid:root>/", PublicBriefingDetail.as_view(), name="public_briefing_detail"),
    path(
        f"{PUBLIC}<uuid:root>/pdf/",
        PublicBriefingFile.as_view(),
        {"kind": "pdf"},
        name="public_briefing_pdf",
    ),
    path(
        f"{PUBLIC}<uuid:root>/docx/",
        PublicBriefingFile.as_view(),
        {"kind": "docx"},
        name="public_briefing_docx",
    ),
    path("webhooks/", WebhookList.as_view(), name="webhook_list"),
    path("webhooks/new/", WebhookNew.as_view(), name="webhook_new"),
    path(HOOK, WebhookDetail.as_view(), name="webhook_detail"),
    path(f"{HOOK}test/", WebhookTest.as_view(), name="webhook_test"),
    path(f"{HOOK}pause/", WebhookPause.as_view(), name="webhook_pause"),
    path(f"{HOOK}resumption/", WebhookResumption.as_view(), name="webhook_resumption"),
    path(f"{HOOK}move/", WebhookMove.as_view(), name="webhook_move"),
    path(f"{HOOK}secret/", WebhookSecret.as_view(), name="webhook_secret"),
    path(f"{HOOK}removal/", WebhookRemoval.as_view(), name="webhook_removal"),
]
