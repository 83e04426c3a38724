"""Sentences with the passage they cite: honest rewordings, and the same with one thing made up.

Written by hand for this project: the public sets hold no honest rewordings of rules in Chinese.
"""

from __future__ import annotations

LEAVE = (
    "职工累计工作已满1年不满10年的，年休假5天；已满10年不满20年的，年休假10天；已满20年的，年休假15天。"
    "国家法定休假日、休息日不计入年休假的假期。"
)
TRIAL = (
    "第十九条 劳动合同期限三个月以上不满一年的，试用期不得超过一个月；劳动合同期限一年以上不满三年的，"
    "试用期不得超过二个月；三年以上固定期限和无固定期限的劳动合同，试用期不得超过六个月。"
    "同一用人单位与同一劳动者只能约定一次试用期。"
)
EXPENSE = (
    "出差人员应当在返回后15个工作日内提交报销申请，逾期不予报销。单笔金额超过5,000元的，须经部门经理和财务总监批准。"
    "住宿费标准为一线城市每晚不超过600元，其他城市每晚不超过400元。员工可以选择高铁二等座。"
)
PUMP = (
    "QH-200型离心泵额定流量20 L/min，额定压力1.2MPa，工作温度-10℃至60℃。严禁无水运行。"
    "首次运行500小时后应当更换密封圈，此后每2000小时检查一次。"
)
DATA = (
    "任何个人和组织不得窃取或者以其他非法方式获取网络数据，不得非法出售或者非法向他人提供网络数据。"
    "网络数据处理者应当建立健全网络数据安全管理制度，可以委托专业机构进行评估。"
)
EN_LEAVE = (
    "Employees are entitled to 12 days of paid annual leave per calendar year. "
    "Unused leave may be carried over until March 31 of the following year, but not more than 5 days. "
    "Requests must be submitted in the HR portal "
    "at least two weeks in advance. Contractors are not eligible for paid leave."
)
EN_PUMP = (
    "The QH-200 pump must not be operated dry. Replace the seal after the first 500 hours of operation. "
    "The warranty covers manufacturing defects for 24 months from the date of delivery."
)

SUPPORTED: tuple[tuple[str, str], ...] = (
    ("工作满1年不满10年的职工，每年有5天年休假。", LEAVE),
    ("累计工作已满二十年的职工享有15天年休假。", LEAVE),
    ("法定休假日和休息日不计入年休假。", LEAVE),
    ("已满10年不满20年的，年休假为十天。", LEAVE),
    ("劳动合同期限三个月以上不满一年的，试用期不得超过1个月。", TRIAL),
    ("根据第十九条，三年以上固定期限的劳动合同，试用期最多不得超过六个月。", TRIAL),
    ("同一用人单位和同一劳动者只能约定一次试用期。", TRIAL),
    ("合同期限一年以上不满三年的，试用期不能超过2个月。", TRIAL),
    ("无固定期限劳动合同的试用期不得超过6个月。", TRIAL),
    ("出差返回后应在15个工作日内提交报销申请。", EXPENSE),
    ("逾期提交的报销申请不予报销。", EXPENSE),
    ("单笔超过5000元的，须经部门经理和财务总监批准。", EXPENSE),
    ("单笔金额超过五千元时，必须经部门经理和财务总监批准。", EXPENSE),
    ("一线城市的住宿费标准是每晚不超过600元。", EXPENSE),
    ("其他城市住宿费每晚不超过400元。", EXPENSE),
    ("员工可以选择高铁二等座。", EXPENSE),
    ("QH-200型离心泵的额定流量是20 L/min。", PUMP),
    ("该泵额定压力为1.2 MPa，工作温度为-10℃至60℃。", PUMP),
    ("离心泵严禁无水运行。", PUMP),
    ("首次运行500小时后，应更换密封圈。", PUMP),
    ("之后每2,000小时检查一次。", PUMP),
    ("任何个人和组织不得非法向他人提供网络数据。", DATA),
    ("禁止窃取网络数据。", DATA),
    ("网络数据处理者可以委托专业机构评估。", DATA),
    ("网络数据处理者应当建立网络数据安全管理制度。", DATA),
    ("Employees get 12 days of paid annual leave per calendar year.", EN_LEAVE),
    ("Unused leave may be carried over until March 31 of the following year.", EN_LEAVE),
    ("No more than 5 days of unused leave may be carried over.", EN_LEAVE),
    ("Leave requests must be submitted at least two weeks in advance in the HR portal.", EN_LEAVE),
    ("Contractors are not entitled to paid leave.", EN_LEAVE),
    ("The pump must never be operated dry.", EN_PUMP),
    ("The seal must be replaced after the first 500 hours of operation.", EN_PUMP),
    ("The warranty covers manufacturing defects for twenty-four months from delivery.", EN_PUMP),
)

UNSUPPORTED: tuple[tuple[str, str, str], ...] = (
    ("工作满1年不满10年的职工，每年有7天年休假。", LEAVE, "figure"),
    ("累计工作已满20年的职工享有15个工作日年休假。", LEAVE, "figure"),
    ("法定休假日和休息日计入年休假的假期。", LEAVE, "leaves out a negation"),
    ("张伟批准的年休假5天。", LEAVE, "content words"),
    ("根据第二十条，试用期不得超过六个月。", TRIAL, "figure"),
    ("三年以上固定期限的劳动合同，试用期可以超过六个月。", TRIAL, "bound"),
    ("三年以上固定期限的劳动合同，试用期至少六个月。", TRIAL, "bound"),
    ("同一用人单位与同一劳动者可以约定三次试用期。", TRIAL, "figure"),
    ("出差返回后应在15天内提交报销申请。", EXPENSE, "figure"),
    ("单笔金额超过5000美元的，须经部门经理和财务总监批准。", EXPENSE, "figure"),
    ("单笔金额超过5万元的，须经部门经理批准。", EXPENSE, "figure"),
    ("员工必须选择高铁二等座。", EXPENSE, "demands"),
    ("员工不得选择高铁二等座。", EXPENSE, "forbids"),
    ("一线城市的住宿费标准是每晚超过600元。", EXPENSE, "bound"),
    ("逾期的予以报销。", EXPENSE, "source"),
    ("报销申请通过SAP系统提交。", EXPENSE, "name"),
    (
        "出差人员应当在返回后15个工作日内向董事会秘书办公室主任汇报工作并领取奖金。",
        EXPENSE,
        "source",
    ),
    ("QH-300型离心泵的额定流量是20 L/min。", PUMP, "figure"),
    ("该泵额定压力为1.2kPa。", PUMP, "figure"),
    ("离心泵可以无水运行。", PUMP, "forbids"),
    ("首次运行500小时后可以更换密封圈。", PUMP, "allows"),
    ("工作温度为10℃至60℃。", PUMP, "figure"),
    ("任何个人和组织可以非法向他人提供网络数据。", DATA, "prohibition"),
    ("网络数据处理者应当委托专业机构进行评估。", DATA, "demands"),
    ("根据《网络安全审查办法》，不得非法出售网络数据。", DATA, "name"),
    ("Employees get 15 days of paid annual leave per calendar year.", EN_LEAVE, "figure"),
    ("Contractors are entitled to paid leave.", EN_LEAVE, "negation"),
    ("Requests must be approved by the Works Council.", EN_LEAVE, "name"),
    (
        "Unused leave must be carried over until March 31 of the following year.",
        EN_LEAVE,
        "demands",
    ),
    ("The pump may be operated dry.", EN_PUMP, "prohibition"),
    ("The warranty covers manufacturing defects for 24 weeks from delivery.", EN_PUMP, "figure"),
    ("The warranty is void if the customer opens the housing.", EN_PUMP, "content words"),
)
